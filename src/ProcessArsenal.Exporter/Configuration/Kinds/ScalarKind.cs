using System.Diagnostics.CodeAnalysis;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>A kind whose values are one word or line.</summary>
internal abstract class ScalarKind<T> : ValueKind<T>
{
    public sealed override bool IsText => true;

    /// <summary>What a value must be, with its range and an example, to follow "must be".</summary>
    public abstract string Expected { get; }

    /// <summary>Parses a value.</summary>
    /// <param name="plain">It is written without quotes.</param>
    protected abstract bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out T value);

    /// <summary>A wrong value, in a message.</summary>
    public virtual string Shown(string text) => $"'{Quoting.Cap(text)}'";

    /// <summary>What may have been meant, to end the message; null if nothing comes to mind.</summary>
    protected virtual string? Hint(string text) => null;

    public sealed override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out T value)
    {
        // Of a flag or a variable, where nothing can be put in quotes.
        if (node is YamlScalar { IsNull: true } && !context.HasLines && TryParse("", plain: false, out value)) return true;
        value = default;
        if (node is not YamlScalar { IsNull: false } scalar)
        {
            ReportKind(node, path, Expected, context);
            return false;
        }
        if (TryParse(scalar.Text, scalar.IsPlain, out value)) return true;
        context.Error(node, $"'{path}' must be {Expected}, not {Shown(scalar.Text)}{Hint(scalar.Text) ?? "."}");
        return false;
    }
}
