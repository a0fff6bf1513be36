using Microsoft.Data.Sqlite;

namespace Catalogue;

/// <summary>Customers, products, orders: a database of SQLite in memory, which is there as long as this connection is.</summary>
internal static class Database
{
    public const string ConnectionString = "Data Source=catalogue;Mode=Memory;Cache=Shared";

    private const string Filling = """
        CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL);
        CREATE TABLE product (id INTEGER PRIMARY KEY, sku TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL, cents INTEGER NOT NULL, stock INTEGER NOT NULL);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer, placed TEXT NOT NULL, status TEXT NOT NULL);
        CREATE TABLE line (orders INTEGER NOT NULL REFERENCES orders, number INTEGER NOT NULL, product INTEGER NOT NULL REFERENCES product,
            quantity INTEGER NOT NULL, discount INTEGER NOT NULL, PRIMARY KEY (orders, number)) WITHOUT ROWID;

        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO customer SELECT i, 'Customer ' || i, 'customer' || i || '@example.org', 'City ' || (i % 40), CASE i % 3 WHEN 0 THEN 'DE' WHEN 1 THEN 'FR' ELSE 'SE' END FROM n;

        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO product SELECT i, printf('SKU-%05d', i), 'Product number ' || i, 'Category ' || (i % 4), 199 + i * 7919 % 20000, i * 31 % 500 FROM n;

        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO orders SELECT i, 1 + i % 200, datetime('2026-01-01', '+' || i || ' hours'), CASE i % 2 WHEN 0 THEN 'shipped' ELSE 'open' END FROM n;

        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
        INSERT INTO line SELECT 1 + i / 10, 1 + i % 10, 1 + i * 37 % 300, 1 + i % 5, CASE i % 4 WHEN 0 THEN 10 ELSE 0 END FROM n;
        """;

    public static SqliteConnection InMemory()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using SqliteCommand fill = connection.CreateCommand();
        fill.CommandText = Filling;
        fill.ExecuteNonQuery();
        return connection;
    }
}
