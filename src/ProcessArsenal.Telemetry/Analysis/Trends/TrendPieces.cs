namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>Cuts a series into few pieces: the last ten minutes into twelve, what was before into pieces of 200 s, which is what the history keeps of
/// it. What was more than some six hours ago is not looked at.</summary>
internal readonly ref struct TrendPieces
{
    public const double FineSeconds = 50, CoarseSeconds = 200, FineReach = Fine * FineSeconds, Reach = FineReach + Coarse * CoarseSeconds;

    public const int Capacity = Fine + Coarse;

    private const int Fine = 12, Coarse = 108;

    private readonly Span<TrendPoint> _pieces;

    /// <param name="room">Of this capacity, all zero.</param>
    public TrendPieces(Span<TrendPoint> room) => _pieces = room;

    /// <param name="age">Seconds before the latest value.</param>
    /// <param name="value">Finite.</param>
    /// <param name="seconds">How long it stands for.</param>
    public void Add(double age, double value, double seconds)
    {
        if (age is not (>= 0 and < Reach) || seconds is not > 0) return;
        seconds = Math.Min(seconds, CoarseSeconds);
        ref TrendPoint piece = ref _pieces[age < FineReach ? (int)(age / FineSeconds) : Fine + (int)((age - FineReach) / CoarseSeconds)];
        if (piece.Weight == 0 || value < piece.Low) piece.Low = value;
        piece.Weight += seconds;
        piece.Time -= seconds * age;
        piece.Value += seconds * value;
    }

    /// <summary>Puts those that anything is known of in order, the oldest first.</summary>
    /// <returns>How many they are; they are at the beginning of what was given.</returns>
    public int Order()
    {
        int known = 0;
        for (int i = 0; i < _pieces.Length; i++)
        {
            TrendPoint piece = _pieces[i];
            if (piece.Weight == 0) continue;
            _pieces[known++] = piece with
            {
                Time = piece.Time / piece.Weight,
                Value = piece.Value / piece.Weight,
                Weight = Math.Min(piece.Weight, i < Fine ? FineSeconds : CoarseSeconds),
            };
        }
        _pieces[..known].Reverse();
        return known;
    }
}
