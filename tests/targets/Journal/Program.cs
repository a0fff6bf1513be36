using System.Globalization;
using ProcessArsenal.Control.Ledger;

// Writes into a ledger as fast as it can, and says of each row when it was acknowledged. It is there to be killed at any moment.
//   Journal DIRECTORY COUNT: ready, then per intent: intent ID KEY, and for two of three: closed ID; then held, until its input ends
//   Journal DIRECTORY COUNT MAX-ROWS: the same, with all closed, and no more than so many rows kept
string directory = args[0];
int count = int.Parse(args[1], CultureInfo.InvariantCulture);
int? maxRows = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : null;
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
using var ledger = ActionLedger.Open(directory, new LedgerOptions { MaxRows = maxRows ?? 100_000 }, TimeProvider.System);
output.WriteLine("ready");
for (int i = 0; i < count; i++)
{
    DateTimeOffset now = TimeProvider.System.GetUtcNow();
    string key = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{i}");
    var intent = new Intent("kill", "4711-1234-89abcdef", "api", now, now) { Caller = "admin" };
    Recording recording = await ledger.Record(new IntentBatch([new IntentEntry(intent)])
    {
        Key = new IdempotencyKey("admin", key, "kill 4711-1234-89abcdef"),
        Changes = [new StateChange("count", i.ToString(CultureInfo.InvariantCulture))],
    });
    long id = recording.Actions[0].Id;
    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"intent {id} {key}"));
    if (i % 3 == 2 && maxRows is null) continue;
    if (await ledger.Close(id, new Outcome(OutcomeKind.Succeeded, now))) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"closed {id}"));
}
output.WriteLine("held");
Console.In.ReadToEnd();
