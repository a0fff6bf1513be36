using System.Text;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary><c>memory growing</c>: see <see cref="Growth"/>.</summary>
internal sealed class GrowingNode(NumberField subject) : Node
{
    public override bool IsStatic => false;

    /// <summary>There is none within another time: the parser sees to that.</summary>
    public override Truth Evaluate(in ProcessRow row, in Moment moment) => Growth.IsGrowing(row, subject.Signal!) switch
    {
        true => Truth.True,
        false => Truth.False,
        null => Truth.Unknown,
    };

    public override void Write(StringBuilder text) => text.Append(subject.Name).Append(" growing");
}
