using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>Help that teaches: what System.CommandLine writes, at a width that does not depend on the terminal, and then
/// examples.</summary>
internal static class HelpText
{
    private const int Width = 120;

    /// <summary>Gives a command its own help, with <paramref name="more"/> at the end.</summary>
    public static void Attach(Command command, string more)
    {
        HelpOption? option = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (option is null) command.Add(option = new HelpOption());
        option.Action = new Action(more);
    }

    private sealed class Action(string more) : SynchronousCommandLineAction
    {
        private readonly HelpAction _standard = new() { MaxWidth = Width };

        // Help is wanted most when the rest of the line is wrong.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = _standard.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(more);
            return code;
        }
    }
}
