"""The API's document: what signatures tell, completed; examples; the page that shows it."""
