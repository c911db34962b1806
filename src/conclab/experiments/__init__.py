"""One question per file: variants, predictions, lesson. Declarations only; they import the model alone."""
