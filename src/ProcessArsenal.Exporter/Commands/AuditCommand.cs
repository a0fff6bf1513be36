using System.CommandLine;
using System.Globalization;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>audit</c>: whether the ledger is what was written; works without a running daemon.</summary>
internal static class AuditCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var head = new Option<string>("--head") { HelpName = "hash", Description = "A head that was kept elsewhere, 64 hexadecimal digits: shows that the end was cut off, or all of it written anew." };
        var verify = new Command("verify", "Check that no row of the ledger was changed, taken away or put in.") { head };
        settings.AddTo(verify);
        verify.SetAction(result =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            TextWriter output = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            LedgerHead? kept = null;
            if (result.GetValue(head) is { } hash)
            {
                if (hash.Length != 64 || !hash.All(char.IsAsciiHexDigit))
                {
                    error.WriteLine("process-arsenal: --head takes the 64 hexadecimal digits of a hash, as process_controller_audit_head has them.");
                    return CommandLine.Usage;
                }
                kept = new LedgerHead(0, hash.ToLowerInvariant());
            }
            using LedgerReader reader = LedgerReader.Open(configuration.StateDirectory);
            AuditVerdict verdict = reader.Verify(kept ?? reader.Noted);
            (verdict.IsWhole ? output : error).WriteLine($"{(verdict.IsWhole ? "whole" : "NOT WHOLE")}: {verdict.Message}");
            output.WriteLine($"ledger: {Terminal.Printable(reader.Path, 4096)}");
            if (verdict.Head is { } last) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"head: {last.Hash} (row {last.Sequence})"));
            return verdict.IsWhole ? CommandLine.Done : CommandLine.Failed;
        });
        var command = new Command("audit", "Check the ledger of what was done.") { verify };
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal audit verify
              process-arsenal audit verify --state-directory /srv/arsenal        of another daemon than the usual one
              process-arsenal audit verify --head "$(cat head-of-yesterday)"

            It reads the ledger in the state directory itself, on this host: --server does not matter. Each row covers the one before by its hash. Whoever writes all of it anew can only be found by a head that was kept off this host: it is published as
            the label of process_controller_audit_head.
            """);
        return command;
    }
}
