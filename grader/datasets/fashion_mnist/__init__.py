"""Fashion-MNIST: as published, and as Keras keeps it in its cache."""
