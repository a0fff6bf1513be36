using System.Buffers.Binary;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Goes through the fields of a message of protocol buffers (<see href="https://protobuf.dev/programming-guides/encoding"/>) that may be
/// anything: it ends at the first thing that is no field.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>The field's number, from 1.</summary>
    public int Field { get; private set; }

    /// <summary>It is bytes, a string or a message: <see cref="Bytes"/>. Else it is a <see cref="Number"/>.</summary>
    public bool IsBytes { get; private set; }

    public ulong Number { get; private set; }

    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The field as it is written, with its tag.</summary>
    public ReadOnlySpan<byte> Whole { get; private set; }

    /// <summary>It ended for something that is no field.</summary>
    public bool IsMalformed { get; private set; }

    /// <returns>False at the end.</returns>
    public bool Next()
    {
        if (IsMalformed || _at == _message.Length) return false;
        int start = _at;
        IsMalformed = !TryField();
        if (!IsMalformed) Whole = _message[start.._at];
        return !IsMalformed;
    }

    private bool TryField()
    {
        if (!TryVarint(out ulong tag) || tag >> 3 is 0 or > 536_870_911) return false;
        Field = (int)(tag >> 3);
        IsBytes = (tag & 7) == 2;
        ulong number;
        switch (tag & 7)
        {
            case 0:
                if (!TryVarint(out number)) return false;
                Number = number;
                return true;
            case 1:
                if (_message.Length - _at < sizeof(ulong)) return false;
                Number = BinaryPrimitives.ReadUInt64LittleEndian(_message[_at..]);
                _at += sizeof(ulong);
                return true;
            case 2:
                if (!TryVarint(out number) || number > (ulong)(_message.Length - _at)) return false;
                Bytes = _message.Slice(_at, (int)number);
                _at += (int)number;
                return true;
            case 5:
                if (_message.Length - _at < sizeof(uint)) return false;
                Number = BinaryPrimitives.ReadUInt32LittleEndian(_message[_at..]);
                _at += sizeof(uint);
                return true;
            default:
                return false; // groups are of another time
        }
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && _at < _message.Length; shift += 7)
        {
            byte b = _message[_at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return true;
        }
        return false;
    }
}
