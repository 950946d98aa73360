"""Trains a recipe anew, beside no line of the program that it was taken from."""
