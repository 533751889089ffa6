from greeter.words import main

main()
