"""What a project is on disk and in open buffers: its files, pytest's configuration, its environment, our settings.

Plain data for the rooms below, read as files. No Python code is parsed here, no name is resolved, and nothing of the
project is imported or run.
"""
