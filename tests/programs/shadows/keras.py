# a program that bears the name of the library it wants
from keras.models import Sequential
