using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Telemetry.Redaction;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Actions.Children;

/// <summary><c>message</c>: a line for a child's standard input, as a whole or not at all.</summary>
/// <param name="line">One that <see cref="Error"/> has nothing against.</param>
public sealed class MessageAction(string line) : ChildAction
{
    /// <summary>Of a line, in UTF-8.</summary>
    public const int MostBytes = ChildInput.LongestMessage - 1;

    private const int MostShown = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public override string Name => "message";

    /// <summary>For the ledger, without what may be a secret.</summary>
    public override string Parameters => Quoting.Cap(Hide(line), MostShown);

    public override string Canonical => line;

    /// <summary>Why a line can't be sent; null if it can.</summary>
    public static string? Error(string line) => ChildInput.Error(line);

    internal override async Task<ActionEnd> ActAsync(SupervisedChild child, ActionContext context, CancellationToken cancellation)
    {
        string? why = await child.Supervisor.SendAsync(child.Spec.Name, line, Patience, cancellation).ConfigureAwait(false);
        return why is null ? new ActionEnd(true, "the line is in its standard input; whether it reads it can't be known") : new ActionEnd(false, why);
    }

    /// <summary>As arguments are shown, and nothing of what follows a word that is a secret's name.</summary>
    private static string Hide(string line)
    {
        string[] words = line.Split(' ');
        int named = Array.FindIndex(words, static word => SecretNames.IsSecret(word));
        string shown = string.Join(' ', ArgumentRedaction.Hide(["", .. named < 0 ? words : words[..(named + 1)]]).Skip(1));
        return named < 0 || named == words.Length - 1 ? shown : $"{shown} {SecretShapes.Mask}";
    }
}
