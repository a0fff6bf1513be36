using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Exporter.Commands;

if (args is [HeapWork.Command, .. var work]) return await HeapWork.RunAsync(work, Console.OpenStandardInput(), Console.Out, Console.Error).ConfigureAwait(false);
return await CommandLine.RunAsync(args, CommandContext.OfThisProcess(), Console.Out, Console.Error).ConfigureAwait(false);
