package sales_test

func TestStatusPageDuringCheckout(t *testing.T) {
	var c sales.Counter
	var wg sync.WaitGroup
	wg.Go(func() { c.Add(1999) })
	wg.Go(func() { c.Average() })
	wg.Wait()
}
