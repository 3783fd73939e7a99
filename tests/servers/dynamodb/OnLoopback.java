import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;

/**
 * DynamoDB Local in memory, on 127.0.0.1 and a port that the system chooses. Its own command line can do
 * neither, so its web server is told before it starts. The argument is the file that will hold the port.
 */
public class OnLoopback {
    public static void main(String[] args) throws Exception {
        var local = ServerRunner.createServerFromCommandLineArgs(
            new String[] {"-inMemory", "-sharedDb", "-disableTelemetry"});
        Field field = local.getClass().getDeclaredField("server");
        field.setAccessible(true);
        var connector = (ServerConnector) ((Server) field.get(local)).getConnectors()[0];
        connector.setHost("127.0.0.1");
        connector.setPort(0);
        local.start();

        // Whole or not at all: the file is read as soon as it is there.
        Path file = Path.of(args[0]);
        Path scratch = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(scratch, Integer.toString(connector.getLocalPort()));
        Files.move(scratch, file, StandardCopyOption.ATOMIC_MOVE);
        local.join();
    }
}
