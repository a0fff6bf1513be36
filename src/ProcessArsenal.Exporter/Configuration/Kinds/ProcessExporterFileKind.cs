using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.ProcessExporter;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>The path of a configuration file of process-exporter, which is read with it. Empty text is none.</summary>
internal sealed class ProcessExporterFileKind : ValueKind<ProcessExporterFile>
{
    private const int Max = 4095; // PATH_MAX less the final NUL

    public override bool IsText => true;

    public override bool IsPath => true;

    public override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out ProcessExporterFile value)
    {
        value = null;
        if (node is not YamlScalar { IsNull: false } scalar)
        {
            // A variable without a value is text, and empty.
            if (!context.HasLines && node is YamlScalar { Text: "" })
            {
                value = ProcessExporterFile.None;
                return true;
            }
            ReportKind(node, path, "a file such as /etc/process-exporter.yml", context);
            return false;
        }
        if (scalar.Text.Length == 0)
        {
            value = ProcessExporterFile.None;
            return true;
        }
        if (FullPath(scalar.Text, context) is not { } file)
        {
            context.Error(node, $"'{path}' must be an absolute path such as /etc/process-exporter.yml, not '{Quoting.Cap(scalar.Text)}'.");
            return false;
        }
        int before = context.Errors.Count;
        context.Included.Add(file);
        string source = context.HasLines ? new ConfigurationError(context.Source, node.Start.Line, node.Start.Column, "").Place : context.Source;
        if (ConfigurationFile.Read(file, source, context.Errors) is not { } text) return false;
        value = new ProcessExporterFile(file, ProcessExporterReader.Read(text, new BindContext(file, HasLines: true, context.Errors)));
        return context.Errors.Count == before;
    }

    public override string Format(ProcessExporterFile value) => value.Path.Length == 0 ? "''" : YamlText.Quote(value.Path);

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("type", "string");

    public override void WriteJson(Utf8JsonWriter json, ProcessExporterFile value) => json.WriteStringValue(value.Path);

    /// <summary>In a file, from that file's folder; else it must be absolute, so that it means the same wherever the program is started.</summary>
    private static string? FullPath(string text, BindContext context)
    {
        if (text.Length > Max || text.Contains('\0')) return null;
        if (text.StartsWith('/')) return text;
        return context.HasLines ? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(context.Source)) ?? "/", text)) : null;
    }
}
