using System.Globalization;
using System.Net;
using Web;

// A web program that is watched. Says "ready PORT", then answers requests until its input ends.
// --accounts: it keeps accounts of its requests, for /report. --otel: it has an OpenTelemetry SDK of its own (.NET 10), which /otel gives it later.
// --port N: it listens on all addresses, as in a container. --other URL: what /ask asks, instead of itself. --logging: it logs, as most programs do, and so makes activities for itself.
WebApplicationBuilder builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
int port = Array.IndexOf(args, "--port") is >= 0 and var given ? int.Parse(args[given + 1], CultureInfo.InvariantCulture) : 0;
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(port > 0 ? IPAddress.Any : IPAddress.Loopback, port));
if (args.Contains("--logging")) builder.Logging.SetMinimumLevel(LogLevel.Critical);
else builder.Logging.ClearProviders();
using Accounts? accounts = args.Contains("--accounts") ? new Accounts() : null;
var exported = new Exported();
#if NET10_0_OR_GREATER
if (args.Contains("--otel")) OwnTelemetry.Add(builder.Services, exported);
#endif

await using WebApplication app = builder.Build();
if (accounts is not null) app.Use(accounts.Keep);
using var itself = new HttpClient();
using var other = new HttpClient();
app.MapGet("/orders/{id}", (int id) => Order.Text(id));
app.MapGet("/teapot", () => Results.StatusCode(StatusCodes.Status418ImATeapot));
app.MapGet("/fail", string () => throw new InvalidOperationException("out of order"));
app.MapGet("/call", () => itself.GetStringAsync("orders/1"));
app.MapGet("/ask/{**path}", (string path, HttpRequest request) => other.GetStringAsync(path + request.QueryString));
app.MapGet("/traceparent", (HttpRequest request) => request.Headers.TraceParent.ToString());
app.MapGet("/collect/{generation}", (int generation) => GC.Collect(generation));
#if NET10_0_OR_GREATER
IDisposable? late = null;
app.MapGet("/otel", void () => late ??= OwnTelemetry.Begin(exported));
#endif
app.MapGet(Accounts.ReportRoute, () => Results.Json(Report.Of(accounts, exported)));
await app.StartAsync();
itself.BaseAddress = new Uri(app.Urls.Single());
other.BaseAddress = Array.IndexOf(args, "--other") is >= 0 and var at ? new Uri(args[at + 1]) : itself.BaseAddress;
Console.WriteLine($"ready {itself.BaseAddress.Port}");

while (await Console.In.ReadLineAsync() is not null)
{
    // Its end is what is waited for.
}
await app.StopAsync();
#if NET10_0_OR_GREATER
late?.Dispose();
#endif
