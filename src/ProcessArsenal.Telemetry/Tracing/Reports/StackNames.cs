using Microsoft.Diagnostics.Tracing.Etlx;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What the methods of a recording are called.</summary>
internal sealed class StackNames(TraceLog log)
{
    /// <summary>A method without a name: it is told at the end of a recording, and this one has none.</summary>
    public const string Unknown = "?";

    private const int Deepest = 1000;

    private readonly Dictionary<CodeAddressIndex, string> _names = [];

    /// <summary>The innermost method of a stack; "?" if there is none, or it has no name.</summary>
    public string Innermost(CallStackIndex stack) => stack == CallStackIndex.Invalid ? Unknown : NameOf(log.CallStacks.CodeAddressIndex(stack));

    /// <summary>The innermost method that is the program's own, not the runtime's; the innermost if all are.</summary>
    public string InnermostOwn(CallStackIndex stack)
    {
        CallStackIndex at = stack;
        for (int depth = 0; at != CallStackIndex.Invalid && depth < Deepest; depth++, at = log.CallStacks.Caller(at))
            if (NameOf(log.CallStacks.CodeAddressIndex(at)) is var name && name != Unknown && !name.StartsWith("System.", StringComparison.Ordinal) && !name.StartsWith("Interop", StringComparison.Ordinal)
                && !name.StartsWith("Internal.", StringComparison.Ordinal) && !name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal)) return name;
        return Innermost(stack);
    }

    /// <summary>The methods of a stack, the innermost first.</summary>
    public IEnumerable<string> Of(CallStackIndex stack)
    {
        CallStackIndex at = stack;
        for (int depth = 0; at != CallStackIndex.Invalid && depth < Deepest; depth++, at = log.CallStacks.Caller(at)) yield return NameOf(log.CallStacks.CodeAddressIndex(at));
    }

    private string NameOf(CodeAddressIndex address)
    {
        if (_names.TryGetValue(address, out string? name)) return name;
        MethodIndex method = log.CodeAddresses.MethodIndex(address);
        name = method == MethodIndex.Invalid ? Unknown : MethodNames.Shorten(log.CodeAddresses.Methods.FullMethodName(method));
        return _names[address] = name.Length == 0 ? Unknown : name;
    }
}
