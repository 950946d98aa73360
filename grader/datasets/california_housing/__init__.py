"""California house prices, with scikit-learn's columns."""
