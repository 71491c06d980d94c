#!/bin/sh
# Runs one test program so that it reports in TAP: Criterion's programs are told
# to, scripts do so by themselves.
case $1 in
*.sh | *.py) exec "$@" ;;
*) exec "$@" --tap=- ;;
esac
