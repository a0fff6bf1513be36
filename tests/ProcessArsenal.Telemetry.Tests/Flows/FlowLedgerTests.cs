using System.Net;
using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Tests.Flows;

/// <summary>Made-up sockets: what the kernel would tell, and what must come out.</summary>
public sealed class FlowLedgerTests
{
    private const uint Shop = 101, Store = 102, Door = 103; // Inodes: of a client, of what was accepted, of what listens.

    private static readonly TcpEndpoint Client = At("127.0.0.1", 40_000), Service = At("127.0.0.1", 80), Elsewhere = At("203.0.113.9", 443), Ours = At("192.0.2.1", 50_000);
    private static readonly Relative ShopProcess = new("1-1-1", 1, "shop"), StoreProcess = new("2-2-2", 2, "store"), OtherProcess = new("3-3-3", 3, "other");

    private readonly FlowLedger _ledger = new(new FlowLimits(100, 100), [Ours.Address]);

    [Fact]
    public void An_open_connection_counts_what_went_through_within_the_window_once()
    {
        Hold();
        SeeBoth(sent: 100, back: 50);
        _ledger.Begin();
        SeeBoth(sent: 300, back: 80);
        Assert.Equal(["shop > store 200 of 1", "store > shop 30 of 1"], Told());
    }

    [Fact]
    public void A_window_that_follows_counts_on_where_the_one_before_ended()
    {
        Hold();
        _ledger.Begin();
        SeeBoth(sent: 300, back: 80);
        Assert.Equal(["shop > store 300 of 1", "store > shop 80 of 1"], Told(_ledger.Roll()));
        See(Listening(Service, Door));
        Assert.Equal(["shop > store 0 of 1", "store > shop 0 of 1"], Told(_ledger.Roll()));
        See(Listening(Service, Door));
        SeeBoth(sent: 350, back: 80);
        End(Service, Client, 2, sent: 90, received: 401, isClient: false);
        End(Client, Service, 1, sent: 400, received: 91);
        Assert.Equal(["shop > store 100 of 1", "store > shop 10 of 1"], Told(_ledger.Roll()));
        Assert.Empty(Told(_ledger.Roll()));
        Assert.Empty(Told());
    }

    [Fact]
    public void One_whose_holder_is_not_known_yet_waits_for_the_next_window_once()
    {
        _ledger.Begin();
        SeeBoth(sent: 300, back: 80);
        Assert.Empty(Told(_ledger.Roll()));
        Hold();
        SeeBoth(sent: 301, back: 80);
        Assert.Equal(["shop > store 301 of 1", "store > shop 80 of 1"], Told(_ledger.Roll()));
    }

    [Fact]
    public void Queues_are_those_of_the_last_look()
    {
        Hold();
        _ledger.Begin();
        SeeBoth(sent: 300, back: 80);
        See(Made(Client with { Port = 7 }, Service, 3, Shop, 0, 0) with { SendQueue = 9999 }); // Its end was lost.
        _ledger.BeginLook();
        See(Made(Client, Service, 1, Shop, 300, 80) with { SendQueue = 40, ReceiveQueue = 8 });
        See(Made(Service, Client, 2, Store, 80, 300) with { ReceiveQueue = 200 });
        Assert.Equal([(8UL, 0UL), (200UL, 40UL)], Pairs().Select(static pair => (pair.Value.ReceiveQueue ?? 0, pair.Value.SendQueue ?? 0)).Where(static pair => pair.Item1 > 0).Order());
    }

    [Fact]
    public void One_that_was_made_and_ended_within_the_window_counts_all_of_it()
    {
        Hold();
        _ledger.Begin();
        SeeBoth(sent: 10, back: 0);
        End(Client, Service, 1, sent: 1000, received: 1);
        End(Service, Client, 2, sent: 0, received: 1001, isClient: false);
        Assert.Equal(["shop > store 1000 of 1", "store > shop 0 of 1"], Told());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_end_is_enough_if_the_message_of_the_other_was_lost(bool isClients)
    {
        Hold();
        _ledger.Begin();
        See(Listening(Service, Door));
        if (isClients) End(Client, Service, 1, sent: 1000, received: 71);
        else End(Service, Client, 2, sent: 70, received: 1001, isClient: false);
        Assert.Equal(["127.0.0.1 > store 1000 of 1", "store > 127.0.0.1 70 of 1"], Told());
    }

    [Fact]
    public void One_that_was_there_before_and_ends_counts_the_rest()
    {
        Hold();
        SeeBoth(sent: 100, back: 50);
        _ledger.Begin();
        End(Service, Client, 2, sent: 60, received: 401, isClient: false);
        End(Client, Service, 1, sent: 400, received: 61);
        Assert.Equal(["shop > store 300 of 1", "store > shop 10 of 1"], Told());
    }

    [Fact]
    public void What_ended_before_the_window_does_not_count()
    {
        SeeBoth(sent: 100, back: 50);
        End(Client, Service, 1, sent: 100, received: 51);
        End(Service, Client, 2, sent: 50, received: 101, isClient: false);
        End(Client, Elsewhere, 9, sent: 7, received: 8);
        _ledger.Begin();
        Assert.Empty(Told());
    }

    [Fact]
    public void A_client_that_resets_has_forgotten_all_but_the_other_end_knows()
    {
        Hold();
        _ledger.Begin();
        SeeBoth(sent: 400, back: 0);
        _ledger.End(new TcpSocket { State = TcpState.Closed, Local = Client, Cookie = 1 });
        End(Service, Client, 2, sent: 0, received: 1000, isClient: false); // A reset is no FIN.
        Assert.Equal(["shop > store 1000 of 1", "store > shop 0 of 1"], Told());
    }

    [Fact]
    public void A_connection_to_elsewhere_has_the_address_for_a_peer()
    {
        Hold();
        _ledger.Begin();
        See(Made(Ours, Elsewhere, 1, Shop, sent: 10, received: 2000));
        End(Ours with { Port = 50_001 }, Elsewhere, 3, sent: 5, received: 101);
        Assert.Equal(["192.0.2.1 > 203.0.113.9:443 5 of 1", "203.0.113.9:443 > 192.0.2.1 100 of 1", "203.0.113.9:443 > shop 2000 of 1", "shop > 203.0.113.9:443 10 of 1"], Told());
    }

    [Fact]
    public void Connections_from_elsewhere_are_one_pair_whatever_their_ports()
    {
        Hold();
        _ledger.Begin();
        TcpEndpoint door = Ours with { Port = 80 };
        See(Listening(At("0.0.0.0", 80), Door));
        End(door, Elsewhere with { Port = 1001 }, 1, sent: 5, received: 101, isClient: false);
        End(door, Elsewhere with { Port = 60_001 }, 2, sent: 6, received: 201, isClient: false);
        Assert.Equal(["203.0.113.9 > store 300 of 2", "store > 203.0.113.9 11 of 2"], Told());
    }

    [Fact]
    public void The_same_addresses_again_are_another_connection()
    {
        Hold();
        _ledger.Begin();
        See(Listening(Service, Door));
        for (ulong i = 0; i < 3; i++)
        {
            End(Client, Service, 10 + i, sent: 100, received: 1);
            End(Service, Client, 20 + i, sent: 0, received: 101, isClient: false);
        }
        Assert.Equal(["127.0.0.1 > store 300 of 3", "store > 127.0.0.1 0 of 3"], Told());
    }

    [Fact]
    public void One_that_was_refused_or_is_not_answered_is_no_connection()
    {
        _ledger.Begin();
        See(Made(Client, Service, 1, Shop, 0, 0) with { State = TcpState.SynSent });
        _ledger.End(new TcpSocket { State = TcpState.Closed, Local = Client, Cookie = 1 });
        See(Made(Ours, Elsewhere, 2, Shop, 0, 0) with { State = TcpState.SynSent });
        See(new TcpSocket { State = TcpState.SynReceived, Local = Service, Remote = Elsewhere, Cookie = 3 });
        See(new TcpSocket { State = TcpState.TimeWait, Local = Service, Remote = Client, Cookie = 4 });
        See(new TcpSocket { State = TcpState.FinWait2, Local = Service, Remote = Client, Cookie = 5 });
        Assert.Empty(Told());
    }

    [Fact]
    public void A_half_closed_connection_does_not_count_the_FIN()
    {
        Hold();
        _ledger.Begin();
        See(Listening(Service, Door));
        See(Made(Service, Client, 2, Store, sent: 0, received: 1001) with { State = TcpState.CloseWait });
        Assert.Equal(["127.0.0.1 > store 1000 of 1", "store > 127.0.0.1 0 of 1"], Told());
    }

    [Fact]
    public void A_socket_that_is_connected_to_itself_counts_once()
    {
        Hold();
        _ledger.Begin();
        See(Made(Client, Client, 1, Shop, sent: 30, received: 30));
        Assert.Equal(["shop > shop 30 of 1"], Told());
    }

    [Fact]
    public void Both_directions_within_one_process_are_one_pair()
    {
        _ledger.Hold(Holdings((Shop, ShopProcess), (Store, ShopProcess)), isAll: true);
        _ledger.Begin();
        SeeBoth(sent: 300, back: 80);
        Assert.Equal(["shop > shop 380 of 1"], Told());
    }

    [Theory]
    [InlineData(1002UL, 1001UL)]
    [InlineData(1001UL, 1001UL)]
    public void Before_Linux_4_19_the_receiver_tells_how_much_of_it_is_payload(ulong acknowledged, ulong received)
    {
        Hold();
        _ledger.Begin();
        SeeBoth(sent: 10, back: 0);
        _ledger.End(Ending(Client, Service, 1, 0, 1) with { BytesAcknowledged = acknowledged, BytesSent = null });
        _ledger.End(Ending(Service, Client, 2, 0, received) with { BytesAcknowledged = 1, BytesSent = null });
        Assert.Equal(["shop > store 1000 of 1", "store > shop 0 of 1"], Told());
    }

    [Fact]
    public void Before_Linux_4_1_no_bytes_are_told_and_that_is_not_zero()
    {
        Hold();
        _ledger.Begin();
        See(Made(Client, Service, 1, Shop, 0, 0) with { BytesAcknowledged = null, BytesReceived = null, BytesSent = null });
        See(Made(Service, Client, 2, Store, 0, 0) with { BytesAcknowledged = null, BytesReceived = null, BytesSent = null });
        Assert.Equal(["shop > store ? of 1", "store > shop ? of 1"], Told());
    }

    [Fact]
    public void What_there_is_no_room_for_is_counted_as_the_rest()
    {
        var ledger = new FlowLedger(new FlowLimits(1, 100), []);
        ledger.Begin();
        ledger.See(Made(Client, Service, 1, Shop, sent: 5, received: 6)); // It stays open, and takes the only place.
        for (ushort port = 1; port <= 10; port++)
        {
            ledger.See(Made(Client with { Port = port }, Service, port + 10UL, 0, 1, 0));
            ledger.End(Ending(Client with { Port = port }, Service, port + 10UL, sent: 100, received: 8));
            ledger.End(Ending(Service, Client with { Port = port }, port + 20UL, sent: 7, received: 101));
        }
        Assert.Equal(10, ledger.Untracked);
        (_, FlowSum other) = ledger.End();
        Assert.Equal((1070UL, 10L, false), (other.Bytes, other.Connections, other.IsIncomplete));
    }

    [Fact]
    public void Of_what_had_no_room_from_the_start_nobody_knows_the_bytes()
    {
        var ledger = new FlowLedger(new FlowLimits(1, 100), []);
        ledger.See(Made(Client, Service, 1, Shop, 0, 0));
        ledger.See(Made(Ours, Elsewhere, 2, Shop, 0, 0));
        ledger.Begin();
        ledger.End(Ending(Ours, Elsewhere, 2, sent: 100, received: 8));
        Assert.True(ledger.End().Other.IsIncomplete);
    }

    [Fact]
    public void Pairs_beyond_the_limit_are_one_sum()
    {
        var ledger = new FlowLedger(new FlowLimits(100, 4), [Ours.Address]);
        ledger.Begin();
        for (byte i = 0; i < 10; i++) ledger.End(Ending(Ours, At($"203.0.113.{i}", 443), i + 1UL, sent: 100, received: 51));
        (FlowSums<FlowParty> pairs, FlowSum other) = ledger.End();
        Assert.Equal(4, pairs.Pairs.Count());
        Assert.Equal(1500UL, pairs.Pairs.Aggregate(other.Bytes, static (sum, pair) => sum + pair.Value.Bytes));
        Assert.Equal(8, other.Connections);
    }

    [Fact]
    public void Of_a_listener_that_several_hold_nobody_knows_who_accepted()
    {
        _ledger.Begin();
        See(Listening(Service, Door));
        _ledger.Hold(Holdings((Door, StoreProcess)) with { Shared = new HashSet<ulong> { Door } }, isAll: true);
        End(Service, Client, 2, sent: 70, received: 1001, isClient: false);
        Assert.Equal(["127.0.0.1 > 127.0.0.1:80 1000 of 1", "127.0.0.1:80 > 127.0.0.1 70 of 1"], Told());
    }

    [Fact]
    public void Of_two_that_listen_at_one_port_the_one_at_this_address_has_accepted()
    {
        _ledger.Begin();
        See(Listening(At("0.0.0.0", 80), Shop));
        See(Listening(Service, Door));
        _ledger.Hold(Holdings((Door, StoreProcess), (Shop, ShopProcess)), isAll: true);
        End(Service, Client, 2, sent: 70, received: 1001, isClient: false);
        Assert.Equal(["127.0.0.1 > store 1000 of 1", "store > 127.0.0.1 70 of 1"], Told());
    }

    [Fact]
    public void Whoever_listened_and_is_gone_is_still_known()
    {
        Hold();
        _ledger.Begin();
        See(Listening(Service, Door));
        Hold();
        _ledger.Hold(SocketHoldings.None, isAll: true);
        End(Service, Client, 2, sent: 70, received: 1001, isClient: false);
        Assert.Equal(["127.0.0.1 > store 1000 of 1", "store > 127.0.0.1 70 of 1"], Told());
    }

    /// <summary>Short connections, of which some were seen with their holder.</summary>
    [Theory]
    [InlineData(8, 0, 0, 1000U, "shop")]
    [InlineData(7, 0, 0, 1000U, "127.0.0.1")] // No pattern.
    [InlineData(9, 1, 0, 1000U, "127.0.0.1")] // Somebody else makes such too.
    [InlineData(9, 0, 4, 1000U, "shop")]
    [InlineData(9, 0, 5, 1000U, "127.0.0.1")] // Too many of which nobody could see whose they are.
    [InlineData(9, 0, 1, 1001U, "127.0.0.1")] // Of another user.
    public void Short_connections_are_of_the_one_that_alone_was_seen_to_make_such_again_and_again(int seen, int others, int unknown, uint unknownUser, string told)
    {
        Hold();
        _ledger.Begin();
        See(Listening(Service, Door));
        ushort port = 40_000;
        uint inode = 1000;
        for (int i = 0; i < seen + others + unknown; i++)
        {
            if (i % 3 == 0) _ledger.BeginLook();
            TcpEndpoint from = Client with { Port = port++ };
            Relative? holder = i < seen ? ShopProcess : i < seen + others ? OtherProcess : null;
            if (holder is not null) _ledger.Hold(Holdings((inode, holder)), isAll: false);
            _ledger.Sight(Made(from, Service, inode, inode, 0, 0) with { UserId = holder is null ? unknownUser : 1000 });
            EndBoth(from, inode++, 1);
        }
        Hold();
        for (int i = 0; i < 100; i++) EndBoth(Client with { Port = port++ }, inode++, 10); // Which nobody saw.
        Assert.Contains(Pairs(), pair => pair.Key.To.Process == StoreProcess && Name(pair.Key.From) == told && pair.Value.Bytes >= 1000
            && pair.Value.Inferred == (told == "shop" ? 1000UL + (ulong)unknown : 0));
    }

    [Fact]
    public void Who_keeps_connections_open_is_not_taken_for_who_makes_short_ones()
    {
        Hold();
        for (ushort i = 0; i < 10; i++)
        {
            _ledger.Hold(Holdings((200U + i, ShopProcess)), isAll: false);
            See(Made(Client with { Port = i }, Service, 200UL + i, 200U + i, 0, 0));
        }
        _ledger.Begin();
        See(Listening(Service, Door));
        Hold();
        EndBoth(Client, 900, 77);
        Assert.Contains("127.0.0.1 > store 77 of 1", Told());
    }

    /// <summary>Connections whose ends are seen and end in any order, with any of their counters on the way.</summary>
    [Fact]
    public void Whatever_the_order_each_byte_counts_once() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 5000], Gen.Int[0, 3], Gen.Bool, Gen.Bool).Array[1, 20].Select(Gen.Int).Sample((connections, seed) =>
        {
            var ledger = new FlowLedger(new FlowLimits(100, 100), []);
            ledger.Hold(Holdings((Door, StoreProcess)), isAll: true);
            ledger.Begin();
            ledger.See(Listening(Service, Door));
            ledger.Hold(Holdings((Door, StoreProcess)), isAll: true);
            var random = new Random(seed);
            var steps = new List<(double At, Action Do)>();
            for (int i = 0; i < connections.Length; i++)
            {
                (int sent, int back, int looks, bool clientEnds, bool serverEnds) = connections[i];
                TcpEndpoint from = Client with { Port = (ushort)(40_000 + i) };
                ulong cookie = (ulong)(i * 2) + 1;
                double clientEnd = random.NextDouble(), serverEnd = random.NextDouble();
                for (int look = 0; look < looks; look++)
                {
                    double at = random.NextDouble();
                    // A listing before an end tells at most what there will have been.
                    steps.Add((at * clientEnd, () => ledger.See(Made(from, Service, cookie, 0, (ulong)(sent * at), (ulong)(back * at)))));
                    steps.Add((at * serverEnd, () => ledger.See(Made(Service, from, cookie + 1, 0, (ulong)(back * at), (ulong)(sent * at)))));
                }
                if (clientEnds || !serverEnds) steps.Add((clientEnd, () => ledger.End(Ending(from, Service, cookie, (ulong)sent, (ulong)back + 1))));
                if (serverEnds) steps.Add((serverEnd, () => ledger.End(Ending(Service, from, cookie + 1, (ulong)back, (ulong)sent + 1, isClient: false))));
            }
            foreach ((_, Action step) in steps.OrderBy(static step => step.At)) step();
            (FlowSums<FlowParty> pairs, FlowSum other) = ledger.End();
            Assert.Equal((connections.Length * 2, 0L), (pairs.Pairs.Sum(static pair => (int)pair.Value.Connections), other.Connections));
            Assert.Equal(connections.Sum(static c => c.Item1), pairs.Pairs.Where(static pair => pair.Key.To.Process == StoreProcess).Sum(static pair => (int)pair.Value.Bytes));
            Assert.Equal(connections.Sum(static c => c.Item2), pairs.Pairs.Where(static pair => pair.Key.From.Process == StoreProcess).Sum(static pair => (int)pair.Value.Bytes));
        });

    private void Hold() => _ledger.Hold(Holdings((Shop, ShopProcess), (Store, StoreProcess), (Door, StoreProcess)), isAll: true);

    private static SocketHoldings Holdings(params (uint Inode, Relative Holder)[] held) => SocketHoldings.None with { ByInode = held.ToDictionary(static one => (ulong)one.Inode, static one => one.Holder), IsComplete = true };

    private void See(TcpSocket socket) => _ledger.See(socket);

    private void SeeBoth(ulong sent, ulong back)
    {
        See(Made(Client, Service, 1, Shop, sent, back));
        See(Made(Service, Client, 2, Store, back, sent));
    }

    private void EndBoth(TcpEndpoint from, ulong cookie, ulong sent)
    {
        End(from, Service, cookie, sent, 1);
        End(Service, from, cookie + 1_000_000, 0, sent + 1, isClient: false);
    }

    private void End(TcpEndpoint local, TcpEndpoint remote, ulong cookie, ulong sent, ulong received, bool isClient = true) => _ledger.End(Ending(local, remote, cookie, sent, received, isClient));

    private static TcpSocket Listening(TcpEndpoint at, uint inode) => new() { State = TcpState.Listen, Local = at, Inode = inode, Cookie = 1000 + inode };

    private static TcpSocket Made(TcpEndpoint local, TcpEndpoint remote, ulong cookie, uint inode, ulong sent, ulong received) => new()
    {
        State = TcpState.Established,
        Local = local,
        Remote = remote,
        Cookie = cookie,
        Inode = inode,
        UserId = 1000,
        BytesAcknowledged = sent,
        BytesSent = sent,
        BytesReceived = received,
    };

    /// <summary>With the SYN of a client, and the FIN of either, in what was acknowledged.</summary>
    private static TcpSocket Ending(TcpEndpoint local, TcpEndpoint remote, ulong cookie, ulong sent, ulong received, bool isClient = true) =>
        Made(local, remote, cookie, 0, sent, received) with { State = TcpState.Closed, UserId = null, BytesAcknowledged = sent + (isClient ? 2UL : 1UL) };

    private IEnumerable<KeyValuePair<(FlowParty From, FlowParty To), FlowSum>> Pairs() => _ledger.End().Pairs.Pairs;

    private List<string> Told() => Told(_ledger.End());

    private static List<string> Told((FlowSums<FlowParty> Pairs, FlowSum Other) window) =>
        [.. window.Pairs.Pairs.Select(static pair => $"{Name(pair.Key.From)} > {Name(pair.Key.To)} {(pair.Value.IsIncomplete ? "?" : pair.Value.Bytes)} of {pair.Value.Connections}").Order(StringComparer.Ordinal)];

    private static string Name(FlowParty party) => party.Process?.Name ?? party.Address!;

    private static TcpEndpoint At(string address, ushort port) => new(TcpEndpoint.AddressOf(IPAddress.Parse(address)), port);
}
