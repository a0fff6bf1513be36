using System.Globalization;

namespace ProcessArsenal.Control.Guards;

/// <summary>The kill switch: as long as it is pressed nothing is done, whoever asks.</summary>
internal sealed class PauseGuard : Guard
{
    public override string Name => "pause";

    public override string? Check(GuardContext context)
    {
        if (context.State.Pause is not { } pause) return null;
        string until = pause.Until is { } end ? string.Create(CultureInfo.InvariantCulture, $" until {end.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z") : "";
        return $"all actions are paused{until}, by {pause.By}: {pause.Reason}. To go on: process-arsenal pause --end";
    }
}
