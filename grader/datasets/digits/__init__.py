"""The small digits of scikit-learn: even rows train, odd rows are graded."""
