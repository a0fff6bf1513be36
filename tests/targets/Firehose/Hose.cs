using System.Diagnostics.Tracing;

namespace Firehose;

/// <summary>Events as a program writes them that cares for their price: nothing is boxed.</summary>
[EventSource(Name = "Firehose")]
internal sealed class Hose : EventSource
{
    public static readonly Hose Log = new();

    private Hose()
    {
    }

    [Event(1, Level = EventLevel.Informational)]
    public unsafe void Poured(string what, string where, int number)
    {
        if (!IsEnabled()) return;
        fixed (char* first = what, second = where)
        {
            EventData* data = stackalloc EventData[3];
            data[0] = new EventData { DataPointer = (nint)first, Size = (what.Length + 1) * sizeof(char) };
            data[1] = new EventData { DataPointer = (nint)second, Size = (where.Length + 1) * sizeof(char) };
            data[2] = new EventData { DataPointer = (nint)(&number), Size = sizeof(int) };
            WriteEventCore(1, 3, data);
        }
    }
}
