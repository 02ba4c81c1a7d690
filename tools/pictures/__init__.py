"""Pictures of the site: a gateway with a month of made-up business, seen by Chromium.

``world`` sets the gateway up, ``traffic`` has people ask it, ``provider`` answers them, ``past`` adds what lies further
back, ``stage`` serves it at a time that stands still. ``views`` says what is to be seen, ``camera`` takes it, ``sheet``
puts pictures together.
"""

from local.places import add_source_folders

add_source_folders()
