using ProcessArsenal.Exporter.Commands;

return await CommandLine.RunAsync(args, CommandContext.OfThisProcess(), Console.Out, Console.Error).ConfigureAwait(false);
