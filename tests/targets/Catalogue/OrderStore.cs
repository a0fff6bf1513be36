using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Catalogue;

/// <summary>Orders of the database: two queries for one with its lines.</summary>
internal sealed class OrderStore(SqliteConnection connection)
{
    private const string Head = """
        SELECT o.id, o.placed, o.status, c.id, c.name, c.email, c.city, c.country
        FROM orders o JOIN customer c ON c.id = o.customer WHERE o.id = $id AND c.id = $customer
        """;

    private const string Lines = """
        SELECT l.number, p.sku, p.name, p.category, p.cents, p.stock, l.quantity, l.discount
        FROM line l JOIN product p ON p.id = l.product WHERE l.orders = $id ORDER BY l.number
        """;

    public async Task<StoredOrder?> Find(int customer, int id, CancellationToken stop)
    {
        await connection.OpenAsync(stop);
        await using SqliteCommand head = connection.CreateCommand();
        head.CommandText = Head;
        head.Parameters.AddWithValue("$id", id);
        head.Parameters.AddWithValue("$customer", customer);
        await using SqliteDataReader order = await head.ExecuteReaderAsync(stop);
        if (!await order.ReadAsync(stop)) return null;

        await using SqliteCommand rest = connection.CreateCommand();
        rest.CommandText = Lines;
        rest.Parameters.AddWithValue("$id", id);
        await using SqliteDataReader row = await rest.ExecuteReaderAsync(stop);
        List<StoredLine> lines = [];
        while (await row.ReadAsync(stop))
        {
            lines.Add(new StoredLine(
                row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4) / 100m, row.GetInt32(5), row.GetInt32(6), row.GetInt32(7)));
        }
        return new StoredOrder(
            order.GetInt32(0), DateTime.Parse(order.GetString(1), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal), order.GetString(2),
            new Customer(order.GetInt32(3), order.GetString(4), order.GetString(5), order.GetString(6), order.GetString(7)), lines);
    }
}

internal sealed record StoredOrder(int Id, DateTime Placed, string Status, Customer Customer, IReadOnlyList<StoredLine> Lines);

internal sealed record StoredLine(int Number, string Sku, string Name, string Category, decimal Price, int Stock, int Quantity, int DiscountPercent);

internal sealed record Customer(int Id, string Name, string Email, string City, string Country);
