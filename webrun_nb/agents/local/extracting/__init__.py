"""The local agent's extractions: which of a page's lists, records and rows a sentence means, and the answer.

A `collector.Collector` answers one sentence: with one record (`one_record`) or with rows of a list (`many_rows`). Both
read the page by its `page_lists`, and ask what the sentence leaves open with `questions`.
"""
