"""A preparation and a training that go on by themselves, and how far they are."""
