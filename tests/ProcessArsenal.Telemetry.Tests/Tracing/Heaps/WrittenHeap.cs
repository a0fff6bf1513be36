using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.Tests.EventPipe;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>A small heap that is made up, and how a runtime would tell of it.</summary>
/// <param name="Objects">One after the other, by what type, with how many bytes, after how many words of nothing, and what they refer to.</param>
/// <param name="Roots">Objects, by kind.</param>
/// <param name="Statics">Objects in static fields.</param>
public sealed record WrittenHeap(
    IReadOnlyList<(int Type, int Size, int Gap, int[] Targets)> Objects, IReadOnlyList<(int Target, int Kind)> Roots, IReadOnlyList<(int Target, string Field)> Statics)
{
    private const ulong Base = 0x7f00_0000_0000;
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    public const int GcEnd = 2, Types = 15;
    private const int GcStart = 1, RootEdge = 16, Node = 18, Edge = 19, Static = 38;

    private static readonly string[] Fields = ["s_orders", "Cache", "<Name>k__BackingField"];

    public static readonly Gen<WrittenHeap> Any = Gen.Int[1, 60].SelectMany(count => Gen.Select(
        Gen.Select(Gen.Int[0, 5], Gen.Int[24, 5000], Gen.Int[0, 300_000], Gen.Int[0, count - 1].Array[0, 5], (type, size, gap, targets) => (type, size, gap < 250_000 ? 0 : gap, targets)).List[count],
        Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, 3]).List[0, 5],
        Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, 2].Select(static i => Fields[i])).List[0, 5],
        (objects, roots, statics) => new WrittenHeap(objects, roots, statics)));

    public static string TypeName(int type) => $"Shop.T{type}";

    /// <summary>Where each lies.</summary>
    public ulong[] Addresses()
    {
        var addresses = new ulong[Objects.Count];
        ulong next = Base;
        for (int i = 0; i < addresses.Length; i++)
        {
            addresses[i] = next + (ulong)Objects[i].Gap * 8;
            next = (addresses[i] + (ulong)Objects[i].Size + 7) & ~7UL;
        }
        return addresses;
    }

    /// <summary>Whether nothing else in the stream says that an event is missing: the last of objects, none of which refers to anything. Others may refer to them: to whom they do need not be
    /// in the heap. (The events of a real stream are numbered.)</summary>
    public bool IsUntold(int perEvent, int lose)
    {
        int edges = (Objects.Sum(static o => o.Targets.Length) + perEvent - 1) / perEvent, nodes = (Objects.Count + perEvent - 1) / perEvent;
        return lose == edges + nodes - 1 && Objects.Skip((nodes - 1) * perEvent).All(static o => o.Targets.Length == 0);
    }

    /// <param name="perEvent">Objects and references in one event.</param>
    /// <param name="lose">An event of objects or references that does not come; -1 for none.</param>
    /// <param name="gapBefore">Before which kind of event the numbers of the thread say that another one is missing; 0 for none.</param>
    /// <param name="types">Whether names come with them.</param>
    public byte[] Write(int perEvent = 7, int lose = -1, int gapBefore = 0, bool types = true)
    {
        ulong[] at = Addresses();
        using var writer = new NetTraceWriter();
        writer.Kinds([.. new[] { GcStart, GcEnd, Types, RootEdge, Node, Edge, Static }.Select(id => (id, Runtime, id, ""))]);
        uint sequence = 0;
        var events = new List<WrittenEvent>();
        void Event(int id, Action<BinaryWriter> write)
        {
            var content = new MemoryStream();
            using var payload = new BinaryWriter(content);
            write(payload);
            if (id == gapBefore) sequence++;
            events.Add(new WrittenEvent(id, 1, ++sequence, sequence, content.ToArray()));
        }
        Event(GcStart, static start =>
        {
            foreach (int value in (int[])[9, 2, 1, 0]) start.Write(value);
        });
        Event(RootEdge, roots => Bulk(roots, 0, Roots, root =>
        {
            roots.Write(at[root.Target]);
            roots.Write((byte)root.Kind);
            roots.Write(0);
            roots.Write(0L);
        }));
        int bulk = 0;
        // References come apart from objects, and some before them.
        foreach ((int[] targets, int index) in Objects.SelectMany(static o => o.Targets).Chunk(perEvent).Select(static (targets, index) => (targets, index)))
            if (bulk++ != lose) Event(Edge, edges => Bulk(edges, index, targets, target =>
            {
                edges.Write(at[target]);
                edges.Write(0);
            }));
        foreach (((int Type, int Size, int Gap, int[] Targets)[] objects, int index) in Objects.Chunk(perEvent).Select(static (objects, index) => (objects, index)))
            if (bulk++ != lose) Event(Node, nodes => Bulk(nodes, index, Enumerable.Range(0, objects.Length), i =>
            {
                nodes.Write(at[(index * perEvent) + i]);
                nodes.Write((long)objects[i].Size);
                nodes.Write(1000L + objects[i].Type);
                nodes.Write((long)objects[i].Targets.Length);
            }));
        Event(Static, statics =>
        {
            statics.Write(Statics.Count);
            statics.Write(0L);
            statics.Write((short)0);
            foreach ((int target, string field) in Statics)
            {
                statics.Write(0L);
                statics.Write(at[target]);
                statics.Write(1000L + Objects[target].Type);
                statics.Write(0);
                statics.Write(Encoding.Unicode.GetBytes(field + "\0"));
            }
        });
        Event(GcEnd, static end =>
        {
            end.Write(9);
            end.Write(2);
        });
        int named = types ? 6 : 0;
        Event(Types, types =>
        {
            types.Write(named);
            types.Write((short)0);
            for (int type = 0; type < named; type++)
            {
                types.Write(1000L + type);
                types.Write(0L);
                types.Write(0);
                types.Write(0);
                types.Write((byte)0);
                types.Write(Encoding.Unicode.GetBytes(TypeName(type) + "\0"));
                types.Write(0);
            }
        });
        writer.Events(events);
        return writer.End();
    }

    private static void Bulk<T>(BinaryWriter payload, int index, IEnumerable<T> values, Action<T> write)
    {
        T[] all = [.. values];
        payload.Write(index);
        payload.Write(all.Length);
        payload.Write((short)0);
        foreach (T value in all) write(value);
    }
}
