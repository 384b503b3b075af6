"""What the library does, at several depths."""

from asgiref.sync import sync_to_async

from library.models import Author, Book


def store(title):
    return Book.objects.create(title=title)


@sync_to_async
def shelve(title):
    return Book.objects.create(title=title)


async def publish(title):
    return await Book.objects.acreate(title=title)


async def publish_series(*titles):
    return [await publish(title) for title in titles]


async def titles_of(author_name):
    return [book.title async for book in Book.objects.filter(author__name=author_name)]


class Catalogue:
    async def add(self, title, author_name):
        author, _ = await Author.objects.aget_or_create(name=author_name)
        return await Book.objects.acreate(title=title, author=author)


async def word_count(text):
    return len(text.split())


def slug(title):
    return title.lower().replace(" ", "-")
