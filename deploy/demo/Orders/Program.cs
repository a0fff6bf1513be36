// A small service with a bug: every order is kept for an audit that nobody ever reads. It knows nothing of whoever watches it.
// LEAK_BYTES: how much it keeps of each; none if it is not given. Where it listens: ASPNETCORE_URLS.
using System.Globalization;
using Orders;

WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var audit = new Audit(int.Parse(Environment.GetEnvironmentVariable("LEAK_BYTES") ?? "0", CultureInfo.InvariantCulture));

await using WebApplication app = builder.Build();
app.MapGet("/orders/{id}", (int id) =>
{
    audit.Note(id);
    return $"order {id.ToString(CultureInfo.InvariantCulture)} is on its way";
});
app.MapGet("/report", async () => await Task.Delay(TimeSpan.FromSeconds(3))); // Takes its time, also while it is asked to end.
app.MapGet("/healthz", () => "well");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"begins as {Environment.ProcessId}"));
await app.RunAsync();
