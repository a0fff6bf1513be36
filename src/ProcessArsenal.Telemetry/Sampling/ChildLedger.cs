using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Compares what ended children are known to have used with what their parents' child times say that they used, which is exact once the
/// parent has waited for them. Exit records lack the time since the kernel last looked at the clock (up to a tick of its timer for each task) and
/// what it takes to free the memory after them (do_exit, kernel/exit.c); where there are none everything since the last sample is missing. What is found to be missing is added to the groups of those who ended.
/// Child times include grandchildren, so what an ended parent's children used is passed on to its own parent. A child that its parent never waited
/// for is reaped by another (init, a subreaper), whose child times then hold what is accounted already: so no more is ever added than those who
/// ended can have used beyond what is known of them. Used by one thread.</summary>
/// <param name="hearsAll">Every process that ends is told, so that nobody unknown can be among the children.</param>
/// <param name="hasRecords">What ended processes used is told but for a little, so that it may be shared among groups.</param>
/// <param name="timerTick">Of the kernel: a record lacks less than one for each task.</param>
internal sealed class ChildLedger(bool hearsAll, bool hasRecords, TimeSpan timerTick)
{
    private const int QuietTicks = 3;
    private const int MostGenerations = 16;
    private const int LossTicks = 12;

    private readonly Dictionary<int, Account> _accounts = [];

    /// <summary>Parents that ended lately, and their own parents: what is told late of their children goes there. Two generations, of a few ticks.
    /// </summary>
    private Dictionary<int, int> _heirs = [];

    private Dictionary<int, int> _earlierHeirs = [];
    private int _ticks;
    private int _lossTicks;

    /// <summary>When the tick before this one had read everybody, nanoseconds of CLOCK_MONOTONIC.</summary>
    private ulong _earlierTick;

    /// <summary>When it began to.</summary>
    private ulong _earlierBegan;

    /// <summary>CPU time of ended processes in clock ticks that is in no group, since it is not known whose it was, or their group has left
    /// meanwhile. Where there are exit records, and none was lost, there is none of the former: what parents' child times have beyond them is in the
    /// accounts already.</summary>
    public double UnattributedTicks { get; private set; }

    /// <summary>One for other groups, which is told of living parents and of losses what this one is told; null: there is none.</summary>
    public ChildLedger? Other { get; private set; }

    /// <summary>Begins that one.</summary>
    public ChildLedger BeginOther() => Other = new ChildLedger(hearsAll, hasRecords, timerTick);

    public void EndOther() => Other = null;

    /// <summary>Exit records were lost: for a while, what is missing may be what they told.</summary>
    public void LostRecords()
    {
        _lossTicks = LossTicks;
        Other?.LostRecords();
    }

    /// <summary>A living parent was read.</summary>
    /// <param name="userBefore">Its child times in the sample before, clock ticks.</param>
    /// <param name="systemBefore">Its child times in the sample before, clock ticks.</param>
    public void Credit(in ProcStat parent, ulong userBefore, ulong systemBefore)
    {
        Other?.Credit(parent, userBefore, systemBefore);
        _ = _heirs.Remove(parent.Pid); // The pid lives again.
        _ = _earlierHeirs.Remove(parent.Pid);
        double user = parent.ChildUserTicks > userBefore ? parent.ChildUserTicks - userBefore : 0;
        double system = parent.ChildSystemTicks > systemBefore ? parent.ChildSystemTicks - systemBefore : 0;
        if (user + system <= 0) return;
        Account account = Of(parent.Pid);
        account.CreditUser += user;
        account.Credit += user + system;
    }

    /// <summary>A process that was sampled while it lived has ended.</summary>
    /// <param name="group">Where its time is counted; null if it is not counted.</param>
    public void Debit(TrackedProcess process, in ProcessExit exit, GroupState? group)
    {
        ref readonly ProcStat last = ref process.Sample.Stat;
        double ticks = last.UserTicks + last.SystemTicks;
        if (exit.Usage is { } used) ticks = Math.Max(ticks, used.UserTicks + used.SystemTicks);
        Debit(exit, group, ticks, last.ChildUserTicks + last.ChildSystemTicks, last.IsZombie || last.IsExiting);
    }

    /// <summary>One that came and went between two samples.</summary>
    /// <param name="group">Where its time is counted; null if it is not counted.</param>
    public void Debit(in ProcessExit exit, GroupState? group) => Debit(exit, group, exit.Usage is { } usage ? usage.UserTicks + usage.SystemTicks : 0, childTicks: null);

    /// <summary>A process has ended.</summary>
    /// <param name="group">Where its time is counted; null if it is not counted.</param>
    /// <param name="ticks">What is known that it used, clock ticks.</param>
    /// <param name="childTicks">Its own child times in the last sample of it, clock ticks; null if it was never sampled.</param>
    /// <param name="wasLeaving">It was on its way out already when it was sampled last (PF_EXITING), its record made.</param>
    public void Debit(in ProcessExit exit, GroupState? group, double ticks, double? childTicks, bool wasLeaving = false)
    {
        (int pid, int parent) = (exit.Pid, exit.ParentPid);
        for (int i = 0; i < MostGenerations && (_heirs.TryGetValue(parent, out int heir) || _earlierHeirs.TryGetValue(parent, out heir)) && heir != parent; i++)
            parent = heir;
        _heirs[pid] = parent;
        Account to = Of(parent);
        if (_accounts.Remove(pid, out Account? own))
        {
            // What is known of its children is passed on, and with it what is still missing: that is settled with its parent.
            ticks += own.Debited + own.Settled + own.Young.Sum(debit => debit.Ticks) - own.Credit;
            foreach ((GroupState share, int count) in own.Shares) to.Shares[share] = to.Shares.GetValueOrDefault(share) + count;
            to.Strangers += own.Strangers;
            to.Plausible += own.AllPlausible;
        }
        if (group is null) to.Strangers++;
        else to.Shares[group] = to.Shares.GetValueOrDefault(group) + 1;
        to.Plausible += MostUnknown(exit, childTicks is not null && !wasLeaving);
        // Its parent is woken before its end is told, and may have waited for it by then.
        ulong earliest = exit.LeftNanoseconds == 0 ? exit.EndedNanoseconds
            : exit.EndedNanoseconds == 0 ? exit.LeftNanoseconds : Math.Min(exit.LeftNanoseconds, exit.EndedNanoseconds);
        to.Young.Add((earliest, ticks + (childTicks ?? 0)));
    }

    /// <summary>The most that it can have used beyond what is known, clock ticks.</summary>
    /// <param name="wasHere">It was read by the tick before this one, and was not leaving: whatever the clocks of its start say.</param>
    private double MostUnknown(in ProcessExit exit, bool wasHere)
    {
        if (exit.Usage is { } usage)
        {
            ulong left = exit.LeftNanoseconds > 0 && wasHere ? Math.Max(exit.LeftNanoseconds, _earlierBegan) : exit.LeftNanoseconds;
            double freeing = left > 0 && exit.EndedNanoseconds > left ? (exit.EndedNanoseconds - left) / 1e9 : 0;
            return (Math.Max(usage.Tasks, 1) * timerTick.TotalSeconds + freeing) * SystemConstants.ClockTicksPerSecond;
        }
        double seconds = exit.Lifetime?.TotalSeconds ?? 0;
        if (wasHere) seconds = exit.EndedNanoseconds > _earlierBegan ? (exit.EndedNanoseconds - _earlierBegan) / 1e9 : 0;
        return 1 + seconds * Environment.ProcessorCount * SystemConstants.ClockTicksPerSecond;
    }

    /// <summary>To be called when all that ended was told, which is a tick after they did. So the child times of the tick before are compared, with
    /// all who had ended by its end; who was not waited for by then makes the difference too small, for a while.</summary>
    /// <param name="began">When this tick began to read, nanoseconds of CLOCK_MONOTONIC.</param>
    /// <param name="now">Nanoseconds of CLOCK_MONOTONIC.</param>
    public void EndTick(ulong began, ulong now)
    {
        if (++_ticks % QuietTicks == 0)
        {
            (_heirs, _earlierHeirs) = (_earlierHeirs, _heirs);
            _heirs.Clear();
        }
        foreach ((int pid, Account account) in _accounts)
        {
            // Who ended long ago explains nothing any more: else what orphans used would fit in, in the end.
            if (_ticks % QuietTicks == 0) (account.EarlierPlausible, account.Plausible) = (account.Plausible, 0);
            for (int i = account.Young.Count - 1; i >= 0; i--)
            {
                if (account.Young[i].Earliest >= _earlierTick) continue;
                account.Debited += account.Young[i].Ticks;
                account.Young.RemoveAt(i);
                account.Quiet = 0;
            }
            Settle(account, account.EarlierCredit, account.Debited);
            account.Quiet = account.Credit > account.EarlierCredit || account.Young.Count > 0 ? 0 : account.Quiet + 1;
            account.EarlierCredit = account.Credit;
            if (account.Quiet > QuietTicks) _accounts.Remove(pid); // Who is not waited for, as parents may choose, leaves a debt for ever.
        }
        (_earlierBegan, _earlierTick) = (began, now);
        if (_lossTicks > 0) _lossTicks--;
    }

    private void Settle(Account account, double credit, double debited)
    {
        double missing = credit - debited - account.Settled;
        if (missing < 1) return; // Child times are in whole ticks.
        account.Settled += missing;
        // Who ended in this tick has taken part in a settlement for those before: then these are what there is.
        if (account.Shares.Count + account.Strangers == 0) account.TakeBack();
        int ended = account.Strangers + account.Shares.Values.Sum();
        bool isTheirs = hearsAll && ended > 0 && (hasRecords || (account.Strangers == 0 && account.Shares.Count == 1));
        double found = isTheirs ? Believable(missing, account.AllPlausible + 1) : 0;
        if (found < missing && (!hasRecords || _lossTicks > 0)) UnattributedTicks += missing - found;
        if (found > 0)
        {
            account.Explain(found);
            double user = found * (account.CreditUser / account.Credit);
            foreach ((GroupState group, int count) in account.Shares)
            {
                if (group.HasLeft) UnattributedTicks += found * count / ended;
                else group.AddCpu(user * count / ended, (found - user) * count / ended);
            }
        }
        account.PutAway();
    }

    /// <summary>How much of what is missing those who ended can have used. A little more than that is the bound's own inexactness (clocks that are
    /// read one after the other); far more is somebody else's, and then they may have used nothing of it.</summary>
    private double Believable(double missing, double most) => missing <= most ? missing : hasRecords && missing <= 2 * most ? most : 0;

    private Account Of(int pid)
    {
        if (!_accounts.TryGetValue(pid, out Account? account)) _accounts.Add(pid, account = new Account());
        account.Quiet = 0;
        return account;
    }

    /// <summary>Of one parent, in clock ticks.</summary>
    private sealed class Account
    {
        /// <summary>By how much its child times have grown.</summary>
        public double Credit { get; set; }

        public double CreditUser { get; set; }

        /// <summary>The same in the tick before.</summary>
        public double EarlierCredit { get; set; }

        /// <summary>What is known of children that had ended before the earlier credit was read.</summary>
        public double Debited { get; set; }

        /// <summary>What was missing and is settled.</summary>
        public double Settled { get; set; }

        /// <summary>Children that ended since, and when they can have been waited for at the earliest.</summary>
        public List<(ulong Earliest, double Ticks)> Young { get; } = [];

        /// <summary>How many ended of each group since the last settlement.</summary>
        public Dictionary<GroupState, int> Shares { get; private set; } = [];

        /// <summary>What those who ended lately can have used beyond what is known of them, and was not found to be missing yet.</summary>
        public double Plausible { get; set; }

        /// <summary>The same of those a few ticks before.</summary>
        public double EarlierPlausible { get; set; }

        public double AllPlausible => Plausible + EarlierPlausible;

        /// <summary>How many ended that no group counts.</summary>
        public int Strangers { get; set; }

        public int Quiet { get; set; }

        private Dictionary<GroupState, int> _settledShares = [];
        private int _settledStrangers;

        /// <summary>So much was missing of them, and is found.</summary>
        public void Explain(double missing)
        {
            double earlier = Math.Min(EarlierPlausible, missing);
            EarlierPlausible -= earlier;
            Plausible = Math.Max(0, Plausible - (missing - earlier));
        }

        public void PutAway()
        {
            (Shares, _settledShares) = (_settledShares, Shares);
            _settledStrangers = Strangers;
            Shares.Clear();
            Strangers = 0;
        }

        public void TakeBack()
        {
            (Shares, _settledShares) = (_settledShares, Shares);
            Strangers = _settledStrangers;
        }
    }
}
