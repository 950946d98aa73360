"""The grader's code inside the sandbox; it imports nothing of the grader outside this package.

Everything runs in the students' runtime, in one process with the submission: standard library at module
level, numpy and the rest only inside functions, when the program has loaded them or has ended.
"""
