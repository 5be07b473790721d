"""The lists of a page in the words of a sentence: which list, which rows and columns of it, what is computed of them.

What the lists are and what their values mean is the engine's (`webrun_nb.extraction`).
"""
