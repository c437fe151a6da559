"""Components, common causes and chains of fallbacks; minimal cut sets."""
