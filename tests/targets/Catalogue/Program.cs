using System.Net;
using Catalogue;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Console;

// A small business program, as the template of ASP.NET Core begins one: what its endpoint of orders does for a request is what many do. Says "ready PORT", then
// answers requests until its input ends. Its log is on standard error.
WebApplicationBuilder builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
using var database = Database.InMemory();
builder.Services.AddScoped(_ => new SqliteConnection(Database.ConnectionString));
builder.Services.AddScoped<OrderStore>();

await using WebApplication app = builder.Build();
app.MapGet("/customers/{customer}/orders/{id}", OrderEndpoint.Get);
await app.StartAsync();
Console.WriteLine($"ready {new Uri(app.Urls.Single()).Port}");

while (await Console.In.ReadLineAsync() is not null)
{
    // Its end is what is waited for.
}
await app.StopAsync();
