using AkkaLstm.Cli.Commands;
using AkkaLstm.Cli.Hosting;

var console = CliConsole.OfProcess();
using var interrupts = Interrupts.OfProcess(console.Error);
return await new CliApplication(console, interrupts, CommandList.All).RunAsync(args);
