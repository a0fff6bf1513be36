// Writes the dashboards. Usage: Dashboards FOLDER
using ProcessArsenal.Dashboards;

foreach (Dashboard dashboard in Boards.All) File.WriteAllText(Path.Join(args[0], dashboard.File), Boards.Text(dashboard));
