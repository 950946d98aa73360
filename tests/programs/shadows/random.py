print("o random do aluno")
