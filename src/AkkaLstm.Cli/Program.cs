Console.Error.WriteLine("akkalstm: the command line is being built.");
return 2;
