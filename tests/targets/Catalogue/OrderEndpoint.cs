using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalogue;

/// <summary>GET of an order: looks it up, adds it up, logs a line, answers in JSON.</summary>
internal static partial class OrderEndpoint
{
    private static readonly Dictionary<string, decimal> TaxRates = new() { ["DE"] = 0.19m, ["FR"] = 0.20m, ["SE"] = 0.25m };

    public static async Task<Results<Ok<OrderAnswer>, NotFound>> Get(
        int customer, int id, string? currency, OrderStore store, ILogger<OrderStore> logger, CancellationToken stop)
    {
        if (await store.Find(customer, id, stop) is not { } order) return TypedResults.NotFound();
        LineAnswer[] lines = [.. order.Lines.Select(Answer)];
        CategoryAnswer[] categories = [.. lines.GroupBy(line => line.Category)
            .Select(group => new CategoryAnswer(group.Key, group.Count(), group.Sum(line => line.Total)))
            .OrderByDescending(category => category.Total)];
        decimal net = lines.Sum(line => line.Total), tax = decimal.Round(net * TaxRates[order.Customer.Country], 2);
        LogRead(logger, id, order.Customer.Name, lines.Length, net + tax);
        return TypedResults.Ok(new OrderAnswer(
            order.Id, order.Placed, order.Status, currency ?? "EUR", order.Customer, lines, categories, net, tax, net + tax, lines.All(line => line.IsInStock)));
    }

    private static LineAnswer Answer(StoredLine line)
    {
        decimal total = decimal.Round(line.Price * line.Quantity * (100 - line.DiscountPercent) / 100, 2);
        return new LineAnswer(line.Number, line.Sku, line.Name, line.Category, line.Quantity, line.Price, line.DiscountPercent, total, line.Stock >= line.Quantity);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Order {Id} of {Customer}: {Lines} lines, {Total}")]
    private static partial void LogRead(ILogger logger, int id, string customer, int lines, decimal total);
}

internal sealed record OrderAnswer(
    int Id, DateTime Placed, string Status, string Currency, Customer Customer, LineAnswer[] Lines, CategoryAnswer[] Categories, decimal Net, decimal Tax, decimal Total, bool IsComplete);

internal sealed record LineAnswer(int Number, string Sku, string Name, string Category, int Quantity, decimal Price, int DiscountPercent, decimal Total, bool IsInStock);

internal sealed record CategoryAnswer(string Category, int Lines, decimal Total);
