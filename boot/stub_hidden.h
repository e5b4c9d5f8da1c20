/* Included first when a source is compiled for the boot stub: all names are inside it, so no GOT is needed. */
#pragma GCC visibility push(hidden)
