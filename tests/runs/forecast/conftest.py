"""Here what is predicted is the subject, and found anew for each test."""

import pytest


@pytest.fixture
def predicted_once():
    pass
