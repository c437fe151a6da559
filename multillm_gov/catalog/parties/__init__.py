"""Who makes, serves and hosts a model, and which law binds them."""
