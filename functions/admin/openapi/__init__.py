"""The API's document: what signatures tell, completed; examples; the page that shows it.

A route's own summary, fields and examples stand at the route. Nothing here changes how a request is answered.
"""
