"""The client of the (imaginary) service that knows exchange rates."""


async def fetch(currency):
    """The rate of a currency: how much of it one euro buys."""
    raise NotImplementedError(f"the rate service is not part of the example: {currency}")
