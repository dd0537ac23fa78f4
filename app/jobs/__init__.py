"""What happens beside requests: mails go out, files are scanned, certificates are drawn, nights are closed.

Each piece of work is a row. One transaction claims it for a while, the work is done outside any transaction, the next
transaction says how it went. A process that dies at any step leaves a lease that ends, and the row is done again.
"""
