"""What is known of models: price, context, capabilities, lifecycle, exposure."""
